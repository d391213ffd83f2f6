/** The pages of a sign-in that did not work out: what happened, and a link that helps. */
import type { MessagePage } from '../message-page.ts';
import type { ProviderError } from './provider-error.ts';

export function providerTroublePage(error: ProviderError, returnTo: string): MessagePage {
  const links = again(returnTo);
  switch (error.kind) {
    case 'rejected':
      return {
        status: 400,
        title: 'This sign-in can no longer be used',
        text: 'The sign-in service did not accept it: it was used before, or took too long. Please try again.',
        links,
      };
    case 'nonsense':
      return {
        status: 502,
        title: 'The sign-in service gave an answer we do not understand',
        text: 'Nothing was changed. Please try again; if it stays, tell whoever runs this app.',
        links,
      };
    case 'unavailable':
      return {
        status: 503,
        title: 'The sign-in service does not answer',
        text: 'It may be back in a moment. Please try again.',
        links,
        retryAfterSeconds: Math.max(1, Math.ceil((error.retryAfterMs ?? 5_000) / 1_000)),
      };
  }
}

/** No transaction of this browser belongs to the callback. */
export const UNKNOWN_SIGN_IN: MessagePage = {
  status: 400,
  title: 'This sign-in is not known here',
  text: 'It took longer than ten minutes, was finished before, or was started in another browser. Please try again.',
  links: [...again('/'), { href: '/', label: 'Open Switchboard' }],
};

/** @param code the provider's error code, shown only when it looks like one. */
export function refusedSignIn(code: string, returnTo: string): MessagePage {
  const shown = knownCode(code) === null ? '' : ` (${code})`;
  const cancelled = code === 'access_denied';
  return {
    status: 400,
    title: cancelled ? 'You were not signed in' : 'The sign-in service refused',
    text: cancelled
      ? 'The sign-in was cancelled or not allowed.'
      : `The sign-in service ended the sign-in${shown}. Please try again.`,
    links: [...again(returnTo), { href: '/', label: 'Open Switchboard' }],
  };
}

/** The code if it looks like one (RFC 6749, 4.1.2.1), else null: it came in an address that anybody can write. */
export function knownCode(code: string): string | null {
  return /^[a-z_]{1,40}$/.test(code) ? code : null;
}

function again(returnTo: string): MessagePage['links'] {
  return [{ href: `/auth/sign-in?return=${encodeURIComponent(returnTo)}`, label: 'Try again' }];
}
