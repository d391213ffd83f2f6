import { describe, expect, it } from 'vitest';
import type { ConnectionPhase, ConnectionStatus } from '../../connection/api.ts';
import type { SessionState } from '../../session/api.ts';
import { en } from '../text/en.ts';
import { statusText } from './status-text.ts';

const signedIn = (offline = false): SessionState => ({
  kind: 'signed-in',
  offline,
  user: { sub: 's', username: 'ada', email: null, epoch: 1 },
});

const status = (phase: ConnectionPhase, reason: string | null = null): ConnectionStatus => ({
  phase,
  reason,
  switching: false,
  retryAt: null,
  host: 'shared-worker',
  leading: false,
  leaderId: null,
  epoch: 0,
  sockets: 0,
  tabs: 1,
  reconnects: 0,
  lastHeardAt: null,
  token: null,
  channels: {},
  limitations: [],
  historyReason: null,
});

describe('statusText', () => {
  it.each([
    ['live', 'Live'],
    ['connecting', 'Connecting'],
    ['reconnecting', 'Reconnecting'],
    ['offline', 'Offline'],
    ['signed-out', 'Signed out'],
  ] as const)('%s', (phase, label) => {
    expect(statusText(en, signedIn(), status(phase)).label).toBe(label);
  });

  it('is the session that decides about being signed out, whatever the connection still says', () => {
    expect(statusText(en, { kind: 'signed-out', reason: 'ended' }, status('live')).label).toBe('Signed out');
  });

  it('gives the reason', () => {
    expect(statusText(en, signedIn(), status('reconnecting', 'The socket was closed.')).reason).toBe(
      'The socket was closed.',
    );
  });

  it('has words before there is a connection', () => {
    expect(statusText(en, signedIn(), null).label).toBe('Connecting');
    expect(statusText(en, signedIn(true), null).label).toBe('Offline');
    expect(statusText(en, { kind: 'unknown' }, null).label).toBe('Connecting');
  });
});
