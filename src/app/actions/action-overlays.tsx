/** The palette and the sheet of shortcuts: loaded when somebody wants them, then kept. */
import { useState } from 'react';
import { useDesk } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';
import { useAction } from './use-action.ts';

const loadPalette = () => import('./palette.tsx');
const loadSheet = () => import('./shortcut-sheet.tsx');

export function ActionOverlays() {
  const [open, setOpen] = useState<'palette' | 'sheet' | null>(null);
  const close = () => setOpen(null);
  useAction('palette', () => setOpen('palette'));
  useAction('shortcuts', () => setOpen('sheet'));
  if (open === 'palette') return <LoadedPalette onClose={close} />;
  if (open === 'sheet') return <LoadedSheet onClose={close} />;
  return null;
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
