/** Why what the app was opened with could not be opened. */
import { CloseIcon } from '../design/icons.tsx';
import { useAttendantsText } from '../text/use-attendants-text.ts';

export function LaunchNotice({ sentence, onDismiss }: { sentence: string; onDismiss(): void }) {
  const text = useAttendantsText();
  return (
    <div className="toast toast-danger launch-notice" role="alert">
      <p>{sentence}</p>
      <button type="button" className="icon-button" aria-label={text.launch.dismiss} onClick={onDismiss}>
        <CloseIcon />
      </button>
    </div>
  );
}
