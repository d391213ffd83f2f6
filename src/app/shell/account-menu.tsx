/** Who is signed in, and the choices that are theirs: look, language, history, installing. */
import { useId } from 'react';
import { type Density, LANGUAGES, type ThemeChoice } from '../../shared/page-data.ts';
import { PersonIcon } from '../design/icons.tsx';
import { useDesk, usePreferences } from '../desk/desk-context.ts';
import { usePwaState, useServices } from '../services.ts';
import { LANGUAGE_NAMES } from '../text/language.ts';
import { useText } from '../text/use-text.ts';

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const DENSITIES: readonly Density[] = ['comfortable', 'compact'];
const MENU_ID = 'account-menu';

export function AccountMenu() {
  const text = useText();
  const { user, preferences } = useDesk();
  const chosen = usePreferences((now) => now);
  const { page, pwa } = useServices();
  const { canInstall } = usePwaState();
  return (
    <>
      <button
        type="button"
        className="button button-quiet account"
        popoverTarget={MENU_ID}
        aria-label={text.account.open(user.username)}
      >
        <PersonIcon />
        <span className="account-name">{user.username}</span>
      </button>
      <section id={MENU_ID} popover="auto" className="menu" aria-label={text.account.title}>
        <p className="menu-user">
          <strong>{user.username}</strong>
          {user.email !== null && <span className="hint">{user.email}</span>}
        </p>
        <Choice
          legend={text.account.theme}
          choices={THEMES}
          names={text.account.themes}
          chosen={chosen.theme ?? page.theme}
          onChoose={(theme) => preferences.update((now) => ({ ...now, theme }))}
        />
        <Choice
          legend={text.account.density}
          choices={DENSITIES}
          names={text.account.densities}
          chosen={chosen.density ?? page.density}
          onChoose={(density) => preferences.update((now) => ({ ...now, density }))}
        />
        <Choice
          legend={text.account.languageLabel}
          choices={LANGUAGES}
          names={LANGUAGE_NAMES}
          chosen={chosen.language ?? text.language}
          onChoose={(language) => preferences.update((now) => ({ ...now, language }))}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={chosen.keepHistory}
            aria-describedby="keep-hint"
            onChange={(event) => {
              const keepHistory = event.currentTarget.checked;
              preferences.update((now) => ({ ...now, keepHistory }));
            }}
          />
          <span>{text.account.keep}</span>
        </label>
        <p className="hint check-hint" id="keep-hint">
          {text.account.keepHint}
        </p>
        <a href="/auth/sessions">{text.account.sessions}</a>
        {canInstall && (
          <button type="button" className="button" onClick={() => void pwa.install()}>
            {text.account.install}
          </button>
        )}
      </section>
    </>
  );
}

interface ChoiceProps<T extends string> {
  legend: string;
  choices: readonly T[];
  names: Readonly<Record<T, string>>;
  chosen: T;
  onChoose(choice: T): void;
}

function Choice<T extends string>({ legend, choices, names, chosen, onChoose }: ChoiceProps<T>) {
  const group = useId();
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      <div className="segments">
        {choices.map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name={group}
              value={choice}
              checked={chosen === choice}
              onChange={() => onChoose(choice)}
            />
            <span>{names[choice]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
