/** Templates and history. They have forms of their own, so they stand beside the composer's form, not in it. */
import type { RefObject } from 'react';
import { replaceAll } from './edit-text.ts';
import { HistoryDialog } from './history-dialog.tsx';
import type { Kept } from './kept.ts';
import { TemplatesDialog } from './templates-dialog.tsx';

interface ComposerDialogsProps {
  open: 'templates' | 'history' | null;
  field: RefObject<HTMLTextAreaElement | null>;
  source: string;
  kept: Kept;
  onChange(source: string): void;
  onClose(): void;
}

export function ComposerDialogs({ open, field, source, kept, onChange, onClose }: ComposerDialogsProps) {
  const put = (next: string) => {
    if (field.current !== null) replaceAll(field.current, next, onChange);
  };
  if (open === 'templates') {
    return <TemplatesDialog kept={kept} source={source} onInsert={put} onClose={onClose} />;
  }
  return open === 'history' ? <HistoryDialog kept={kept} onEdit={put} onClose={onClose} /> : null;
}
