/** The bar at the bottom: the connection in a word, and the door to its details. */
import type { Ref } from 'react';
import { useConnectionStatus } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { Retry } from './retry.tsx';
import { StatusLine } from './status-line.tsx';

interface StatusBarProps {
  panelOpen: boolean;
  onToggle(): void;
  toggleRef: Ref<HTMLButtonElement>;
}

export function StatusBar({ panelOpen, onToggle, toggleRef }: StatusBarProps) {
  const text = useText();
  const status = useConnectionStatus();
  return (
    <footer className="statusbar">
      <StatusLine />
      {!panelOpen && <Retry />}
      <span className="topbar-space" />
      {status !== null && status.tabs > 0 && (
        <span className="statusbar-fact">{text.status.shared(status.tabs)}</span>
      )}
      <button
        type="button"
        ref={toggleRef}
        className="button button-quiet button-small"
        aria-label={text.status.details}
        aria-expanded={panelOpen}
        onClick={onToggle}
      >
        <span className="wide-only">{text.status.details}</span>
        <span className="narrow-only">{text.status.detailsShort}</span>
      </button>
    </footer>
  );
}
