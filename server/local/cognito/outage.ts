/** The provider's fault switches: what a client sees when Cognito is slow, down or answers nonsense. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../src/shared/clock.ts';
import type { ProviderFaults } from '../faults.ts';
import { sendHtml, sendJson } from '../http-answers.ts';

/** Resolves after the delay of the switches. */
export function waitAsSwitched({ delayMs }: ProviderFaults, clock: Clock): Promise<void> {
  if (delayMs === 0) return Promise.resolve();
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** Answers (or does not) as the mode says. @returns false when the mode is `ok` and nothing was done. */
export function failAsSwitched({ mode }: ProviderFaults, res: ServerResponse): boolean {
  switch (mode) {
    case 'ok':
      return false;
    case 'unavailable':
      sendJson(res, 503, { error: 'temporarily_unavailable' }, { 'retry-after': '1' });
      return true;
    case 'hang':
      return true;
    case 'refuse':
      res.socket?.destroy();
      return true;
    case 'nonsense':
      sendHtml(res, 200, '<!doctype html><title>Proxy</title><p>Welcome to the hotel network.</p>');
      return true;
    default:
      return mode satisfies never;
  }
}
