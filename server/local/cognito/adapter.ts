/**
 * The OpenID provider's storage on the state file. It also gives rotated refresh tokens Cognito's grace
 * period: inside it, a consumed refresh token reads as if it were not.
 */
import type { Adapter } from 'oidc-provider';
import type { StateFile, StoredRecord } from '../state-file.ts';

/**
 * @param graceSeconds read at each look-up, so that a switch takes effect at once.
 * @param now milliseconds since 1970.
 * @param alreadyUsed makes the error of a token that is used a second time.
 */
export function createAdapterFactory(
  state: StateFile,
  graceSeconds: () => number,
  now: () => number,
  alreadyUsed: () => Error,
): (model: string) => Adapter {
  return (model) => {
    /** Whether the record was used up, beyond the grace period of a refresh token. */
    function spent(record: StoredRecord): boolean {
      if (record.consumedAt === null) return false;
      if (model !== 'RefreshToken') return true;
      return now() >= record.consumedAt + graceSeconds() * 1000;
    }

    function toPayload(record: StoredRecord | undefined): Record<string, unknown> | undefined {
      if (record === undefined) return undefined;
      return spent(record)
        ? { ...record.payload, consumed: Math.floor((record.consumedAt ?? 0) / 1000) }
        : record.payload;
    }

    return {
      async upsert(id, payload, expiresIn) {
        state.put(model, id, {
          payload: { ...payload },
          grantId: payload.grantId ?? null,
          uid: payload.uid ?? null,
          expiresAt: expiresIn === undefined ? null : now() + expiresIn * 1000,
        });
      },
      async find(id) {
        return toPayload(state.get(model, id));
      },
      async findByUid(uid) {
        return toPayload(state.getByUid(model, uid));
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        const record = state.get(model, id);
        // Two requests may both have found it unused before either came here: only the first one wins.
        if (record !== undefined && spent(record)) throw alreadyUsed();
        state.consume(model, id);
      },
      async destroy(id) {
        state.remove(model, id);
      },
      async revokeByGrantId(grantId) {
        state.removeByGrant(model, grantId);
      },
    };
  };
}
