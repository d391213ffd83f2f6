/** Where a day begins in the list. */
import { useText } from '../text/use-text.ts';

export function DayRow({ at }: { at: number }) {
  const text = useText();
  return (
    <div className="day">
      <span>{text.format.day(at)}</span>
    </div>
  );
}
