/** What the one status line says, from the session and the connection together. */
import type { ConnectionPhase, ConnectionStatus } from '../../connection/api.ts';
import type { SessionState } from '../../session/api.ts';
import type { Catalogue } from '../text/catalogue.ts';

export interface StatusText {
  phase: ConnectionPhase;
  /** The first word or words, as other programs look for them. */
  label: string;
  /** Why, as a sentence; null when there is nothing to add. */
  reason: string | null;
}

export function statusText(
  text: Catalogue,
  session: SessionState,
  status: ConnectionStatus | null,
): StatusText {
  if (session.kind === 'signed-out') return line(text, 'signed-out', null);
  if (session.kind === 'unknown') return line(text, 'connecting', text.status.unknownUser);
  if (status === null) return line(text, session.offline ? 'offline' : 'connecting', null);
  return line(text, status.phase, status.reason);
}

function line(text: Catalogue, phase: ConnectionPhase, reason: string | null): StatusText {
  return { phase, label: text.status.phases[phase], reason: reason === null ? null : text.said(reason) };
}
