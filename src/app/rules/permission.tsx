/** Whether notifications can be shown, in plain words; the browser is asked only when the person presses the button. */
import { useState } from 'react';
import { useServices } from '../services.ts';
import { useAttendantsText } from '../text/use-attendants-text.ts';

export function Permission() {
  const text = useAttendantsText().rules.permission;
  const { notifications } = useServices().pwa;
  const [state, setState] = useState(notifications.state);
  return (
    <div className="rules-permission">
      <p className="hint" aria-live="polite">
        {text[state]}
      </p>
      {state === 'ask' && (
        <button
          type="button"
          className="button button-small"
          onClick={() => void notifications.ask().then(setState)}
        >
          {text.allow}
        </button>
      )}
    </div>
  );
}
