/** Who is signed in, and the few choices that are theirs: theme, history, installing. */
import type { ThemeChoice } from '../../shared/page-data.ts';
import { PersonIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import { usePwaState, useServices } from '../services.ts';
import { text } from '../text.ts';

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const MENU_ID = 'account-menu';

export function AccountMenu() {
  const { user, data, desk } = useDesk();
  const { page, pwa } = useServices();
  const { canInstall } = usePwaState();
  const theme = data.theme ?? page.theme;
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
        <fieldset className="segments">
          <legend>{text.account.theme}</legend>
          {THEMES.map((choice) => (
            <label key={choice}>
              <input
                type="radio"
                name="theme"
                value={choice}
                checked={theme === choice}
                onChange={() => desk.update((now) => ({ ...now, theme: choice }))}
              />
              <span>{text.account.themes[choice]}</span>
            </label>
          ))}
        </fieldset>
        <label className="check">
          <input
            type="checkbox"
            checked={data.keepHistory}
            aria-describedby="keep-hint"
            onChange={(event) => {
              const keepHistory = event.currentTarget.checked;
              desk.update((now) => ({ ...now, keepHistory }));
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
