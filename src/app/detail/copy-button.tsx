/** Copies an event as it came. */
import { useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { useDesk } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';

export function CopyButton({ source }: { source: string }) {
  const text = useText();
  const { announce } = useDesk();
  const [outcome, setOutcome] = useState<'copied' | 'copyFailed' | null>(null);
  const copy = async () => {
    const done = await navigator.clipboard.writeText(source).then(
      () => 'copied' as const,
      () => 'copyFailed' as const,
    );
    setOutcome(done);
    announce(text.detail[done]);
  };
  useAction('copyEvent', () => void copy());
  return (
    <button type="button" className="button button-small copy-button" onClick={() => void copy()}>
      {text.detail[outcome ?? 'copy']}
    </button>
  );
}
