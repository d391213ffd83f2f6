/**
 * Amplify's `tokenProvider`, backed by a token client. It imports nothing of Amplify: the shape is Amplify's
 * contract (`TokenProvider` of aws-amplify 6).
 */
import { isAppError } from '../shared/errors.ts';
import { decodeClaims } from '../shared/token.ts';
import type { TokenClient } from './api.ts';

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };

interface AmplifyTokens {
  accessToken: { payload: { [key: string]: Json }; toString(): string };
}

export interface AmplifyTokenProvider {
  getTokens(options?: { forceRefresh?: boolean }): Promise<AmplifyTokens | null>;
}

/**
 * Null only on a definite sign-out: Amplify reads a null as "go on as a guest". Anything transient is thrown.
 */
export function createAmplifyTokenProvider(tokens: Pick<TokenClient, 'get'>): AmplifyTokenProvider {
  return {
    async getTokens(options = {}) {
      try {
        const { accessToken } = await tokens.get({ force: options.forceRefresh === true });
        const payload = decodeClaims(accessToken) as { [key: string]: Json };
        return { accessToken: { payload, toString: () => accessToken } };
      } catch (error) {
        if (isAppError(error, 'signed-out')) return null;
        throw error;
      }
    },
  };
}
