/** A new rule: begins with the channel looked at and its filter. */
import { type FormEvent, useId, useState } from 'react';
import { parseChannel } from '../../shared/channel.ts';
import { isAppError } from '../../shared/errors.ts';
import { useChannel, useDesk } from '../desk/desk-context.ts';
import { FILTER_KINDS, type FilterInput, type FilterKind } from '../desk/filter-input.ts';
import { compileFilter } from '../filter/compile-filter.ts';
import type { Catalogue } from '../text/catalogue.ts';
import { useAttendantsText } from '../text/use-attendants-text.ts';
import { useText } from '../text/use-text.ts';

interface Mistake {
  field: 'name' | 'channel' | 'filter';
  sentence: string;
}

const MAX_NAME_CHARS = 60;

export function RuleForm() {
  const text = useText();
  const words = useAttendantsText().rules;
  const { preferences, window: desk } = useDesk();
  const current = useChannel();
  const id = useId();
  const [start] = useState(() =>
    beginning(current === null ? null : (desk.get().views[current]?.filter ?? null)),
  );
  const [name, setName] = useState('');
  const [channel, setChannel] = useState(current ?? '');
  const [kind, setKind] = useState<FilterKind>(start?.kind ?? 'text');
  const [filter, setFilter] = useState(start?.text ?? '');
  const [mistake, setMistake] = useState<Mistake | null>(null);

  const save = (event: FormEvent) => {
    event.preventDefault();
    const found =
      name.trim() === ''
        ? { field: 'name' as const, sentence: words.nameNeeded }
        : (channelMistake(text, channel) ?? filterMistake(text, kind, filter));
    setMistake(found);
    if (found !== null) {
      document.getElementById(`${id}-${found.field}`)?.focus();
      return;
    }
    const rule = {
      id: crypto.randomUUID(),
      name: name.trim(),
      channel: parseChannel(channel, 'subscribe'),
      filter: filter === '' ? null : { kind, text: filter },
      on: true,
      quiet: false,
    };
    preferences.update((now) => ({ ...now, rules: [...now.rules, rule] }));
    setName('');
  };

  const describe = (field: Mistake['field']) => ({
    id: `${id}-${field}`,
    'aria-invalid': mistake?.field === field,
    'aria-describedby': mistake?.field === field ? `${id}-mistake` : undefined,
  });

  return (
    <form className="rule-form" onSubmit={save} noValidate aria-label={words.add}>
      <h3>{words.add}</h3>
      <label className="field">
        <span>{words.name}</span>
        <input
          {...describe('name')}
          className="input"
          type="text"
          value={name}
          maxLength={MAX_NAME_CHARS}
          placeholder={words.namePlaceholder}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label className="field">
        <span>{words.channel}</span>
        <input
          {...describe('channel')}
          className="input"
          type="text"
          value={channel}
          placeholder={text.channels.openPlaceholder}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setChannel(event.currentTarget.value)}
        />
      </label>
      <div className="rule-filter">
        <label className="field">
          <span>{words.kind}</span>
          <select
            className="input"
            value={kind}
            onChange={(event) =>
              setKind(FILTER_KINDS.find((one) => one === event.currentTarget.value) ?? 'text')
            }
          >
            {FILTER_KINDS.map((one) => (
              <option key={one} value={one}>
                {text.filter.kinds[one]}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{words.filter}</span>
          <input
            {...describe('filter')}
            className="input"
            type="text"
            value={filter}
            placeholder={text.filter.placeholders[kind]}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
      </div>
      <p className="hint">{words.filterHint}</p>
      {mistake !== null && (
        <p className="field-error" id={`${id}-mistake`} role="alert">
          {mistake.sentence}
        </p>
      )}
      <button type="submit" className="button button-primary">
        {words.save}
      </button>
    </form>
  );
}

/** A filter with a mistake lets nothing through yet: the rule begins without one. */
function beginning(filter: FilterInput | null): FilterInput | null {
  return filter !== null && compileFilter(filter).ok ? filter : null;
}

function channelMistake(text: Catalogue, channel: string): Mistake | null {
  try {
    parseChannel(channel, 'subscribe');
    return null;
  } catch (error) {
    if (isAppError(error)) return { field: 'channel', sentence: text.said(error) };
    throw error;
  }
}

function filterMistake(text: Catalogue, kind: FilterKind, filter: string): Mistake | null {
  if (filter === '') return null;
  const compiled = compileFilter({ kind, text: filter });
  if (compiled.ok) return null;
  return {
    field: 'filter',
    sentence: text.filter.bad(compiled.column, text.filter.problems[compiled.problem]),
  };
}
