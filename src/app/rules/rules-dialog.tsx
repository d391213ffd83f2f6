/** The list of watch rules, the way to a new one, and how notifications stand. */
import { useEffect, useRef } from 'react';
import { useDesk, usePreferences } from '../desk/desk-context.ts';
import { useAttendantsText } from '../text/use-attendants-text.ts';
import { Permission } from './permission.tsx';
import { RuleForm } from './rule-form.tsx';
import { RuleItem } from './rule-item.tsx';
import type { Watch } from './watch.ts';

export function RulesDialog({ watch, onClose }: { watch: Watch; onClose(): void }) {
  const text = useAttendantsText().rules;
  const { preferences } = useDesk();
  const rules = usePreferences((now) => now.rules);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    dialog.current?.close();
    // The browser's own event comes later than a key that opens the dialog again.
    onClose();
  };
  return (
    <dialog ref={dialog} className="dialog rules" aria-labelledby="rules-title" onClose={onClose}>
      <h2 id="rules-title">{text.title}</h2>
      <p className="hint">{text.lead}</p>
      <Permission />
      {rules.length === 0 && <p>{text.none}</p>}
      <ul className="rules-list">
        {rules.map((rule) => (
          <RuleItem
            key={rule.id}
            rule={rule}
            watch={watch}
            onChange={(change) =>
              preferences.update((now) => ({
                ...now,
                rules: now.rules.map((one) => (one.id === rule.id ? { ...one, ...change } : one)),
              }))
            }
            onRemove={() =>
              preferences.update((now) => ({ ...now, rules: now.rules.filter(({ id }) => id !== rule.id) }))
            }
            onShow={close}
          />
        ))}
      </ul>
      <RuleForm />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={close}>
          {text.close}
        </button>
      </div>
    </dialog>
  );
}
