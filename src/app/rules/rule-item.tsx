/** One watch rule: on or off, loud or quiet, what waits, a test, and the way out. */
import { useState } from 'react';
import { CloseIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import type { WatchRule } from '../desk/preferences.ts';
import { withView } from '../desk/window-state.ts';
import { eventPath } from '../launch/read-launch.ts';
import { useServices, useStore } from '../services.ts';
import { useAttendantsText } from '../text/use-attendants-text.ts';
import type { Watch } from './watch.ts';
import { ruleKey } from './watched.ts';

interface RuleItemProps {
  rule: WatchRule;
  watch: Watch;
  onChange(change: Partial<WatchRule>): void;
  onRemove(): void;
  /** The newest event is being shown. */
  onShow(): void;
}

export function RuleItem({ rule, watch, onChange, onRemove, onShow }: RuleItemProps) {
  const text = useAttendantsText().rules;
  const { window: desk, route } = useDesk();
  const { notifications } = useServices().pwa;
  const waiting = useStore(watch.watched)[ruleKey(rule.id)] ?? null;
  const problem = useStore(watch.problems)[rule.id] ?? null;
  const [tested, setTested] = useState<string | null>(null);
  const { name, channel, filter } = rule;
  const newest = waiting?.last ?? null;

  const test = async () => {
    const result = await watch.test(rule);
    setTested(result === null ? text.testFailed : text.tested(result.found, result.of));
    if (result === null || rule.quiet) return;
    await notifications.show({
      title: text.notice(name, channel),
      body: text.sample,
      path: newest === null ? `/c/${channel}` : eventPath(channel, newest),
      tag: `rule ${rule.id}`,
    });
  };
  const said = problem === null ? tested : problem === 'too-slow' ? text.tooSlow : text.failed;

  return (
    <li className="rule">
      <label className="check">
        <input
          type="checkbox"
          checked={rule.on}
          aria-label={text.on(name)}
          onChange={(event) => onChange({ on: event.currentTarget.checked })}
        />
        <span className="rule-name">{name}</span>
      </label>
      <button type="button" className="icon-button" aria-label={text.remove(name)} onClick={onRemove}>
        <CloseIcon />
      </button>
      <p className="hint rule-what">
        <code>{channel}</code> · {filter === null ? text.everything : <code>{filter.text}</code>}
        {waiting !== null && waiting.count > 0 && <strong> · {text.waiting(waiting.count)}</strong>}
      </p>
      <div className="rule-actions">
        <label className="check">
          <input
            type="checkbox"
            checked={rule.quiet}
            aria-label={text.quietLabel(name)}
            onChange={(event) => onChange({ quiet: event.currentTarget.checked })}
          />
          <span>{text.quiet}</span>
        </label>
        <button
          type="button"
          className="button button-small"
          aria-label={text.testLabel(name)}
          onClick={() => void test()}
        >
          {text.test}
        </button>
        {newest !== null && (
          <button
            type="button"
            className="button button-small"
            aria-label={text.showLabel(name)}
            onClick={() => {
              desk.update((now) => withView(now, channel, { selected: newest }));
              route.go(channel);
              onShow();
            }}
          >
            {text.show}
          </button>
        )}
      </div>
      <p className="hint rule-said" aria-live="polite">
        {said}
      </p>
    </li>
  );
}
