/** What a person can do with a publish that was refused or waits. */
import type { MouseEvent } from 'react';
import type { OutboxRow } from '../../connection/api.ts';
import { useDesk } from '../desk/desk-context.ts';
import { useConnection } from '../services.ts';
import { useText } from '../text/use-text.ts';

/** Where the focus goes when the pressed button leaves the page: the next row's button, else where events are written. */
function focusAfter(button: HTMLElement): () => void {
  const item = button.closest('li');
  const beside = item?.nextElementSibling ?? item?.previousElementSibling;
  const next = beside?.querySelector<HTMLElement>('button');
  return () => {
    if (button.isConnected) return;
    (next?.isConnected ? next : document.querySelector<HTMLElement>('#composer-event, #main'))?.focus();
  };
}

export function OutboxActions({ row }: { row: OutboxRow }) {
  const text = useText();
  const connection = useConnection();
  const { announce } = useDesk();
  const run = (event: MouseEvent<HTMLElement>, action: 'retry' | 'discard') => {
    const moveFocus = focusAfter(event.currentTarget);
    connection?.outbox[action](row.id).then(
      () => requestAnimationFrame(moveFocus),
      (error: unknown) => announce(text.said(error)),
    );
  };
  return (
    <span className="row-actions">
      <button type="button" className="button button-small" onClick={(event) => run(event, 'retry')}>
        {text.composer.retry}
      </button>
      <button type="button" className="button button-small" onClick={(event) => run(event, 'discard')}>
        {text.composer.discard}
      </button>
    </span>
  );
}
