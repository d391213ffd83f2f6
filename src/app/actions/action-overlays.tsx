/** The palette and the sheet of shortcuts: loaded when somebody wants them, then kept. */
import { useRef, useState } from 'react';
import { useDesk } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';
import { useAction } from './use-action.ts';

const loadPalette = () => import('./palette.tsx');
const loadSheet = () => import('./shortcut-sheet.tsx');

export function ActionOverlays() {
  const [open, setOpen] = useState<{ which: 'palette' | 'sheet'; turn: number } | null>(null);
  const turns = useRef(0);
  const show = (which: 'palette' | 'sheet') => () => {
    turns.current += 1;
    setOpen({ which, turn: turns.current });
  };
  useAction('palette', show('palette'));
  useAction('shortcuts', show('sheet'));
  if (open === null) return null;
  // A dialog tells late that it was closed: one that was opened meanwhile stays.
  const close = () => setOpen((now) => (now?.turn === open.turn ? null : now));
  if (open.which === 'palette') return <LoadedPalette key={open.turn} onClose={close} />;
  return <LoadedSheet key={open.turn} onClose={close} />;
}

interface OverlayProps {
  onClose(): void;
}

function LoadedPalette({ onClose }: OverlayProps) {
  const { announce } = useDesk();
  const text = useText();
  const palette = useLoaded(loadPalette, () => announce(text.detail.loadFailed));
  return palette === null ? null : <palette.Palette onClose={onClose} />;
}

function LoadedSheet({ onClose }: OverlayProps) {
  const { announce } = useDesk();
  const text = useText();
  const sheet = useLoaded(loadSheet, () => announce(text.detail.loadFailed));
  return sheet === null ? null : <sheet.ShortcutSheet onClose={onClose} />;
}
