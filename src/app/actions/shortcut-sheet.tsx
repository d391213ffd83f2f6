/** All shortcuts, from the registry, and the switch for those without a modifier. */
import { SheetDialog } from '../design/sheet-dialog.tsx';
import { useDesk, usePreferences } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';
import { ACTIONS, type ActionGroup } from './definitions.ts';
import { KeyCaps } from './key-caps.tsx';

const GROUPS: readonly ActionGroup[] = ['desk', 'channel', 'feed', 'event', 'connection'];

export function ShortcutSheet({ onClose }: { onClose(): void }) {
  const text = useText();
  const { preferences } = useDesk();
  const singleKeys = usePreferences((now) => now.singleKeys);
  return (
    <SheetDialog className="sheet" title={text.actions.sheet} onClose={onClose}>
      {() => (
        <>
          <div className="sheet-groups">
            {GROUPS.map((group) => (
              <section key={group}>
                <h3>{text.actions.groups[group]}</h3>
                <dl>
                  {ACTIONS.filter((action) => action.group === group).map(
                    ({ id: action, keys }) =>
                      keys !== null && (
                        <div key={action} className="sheet-line">
                          <dt>{text.actions.names[action]}</dt>
                          <dd>
                            <KeyCaps keys={keys} />
                          </dd>
                        </div>
                      ),
                  )}
                </dl>
              </section>
            ))}
          </div>
          <label className="check">
            <input
              type="checkbox"
              checked={singleKeys}
              onChange={(event) => {
                const allowed = event.currentTarget.checked;
                preferences.update((now) => ({ ...now, singleKeys: allowed }));
              }}
            />
            <span>{text.actions.singleKeys}</span>
          </label>
        </>
      )}
    </SheetDialog>
  );
}
