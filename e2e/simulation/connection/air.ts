/**
 * BroadcastChannels of one origin. Messages of one sender to one receiver arrive in order; each waits for a frozen
 * page, and is lost for one in the back/forward cache.
 */
import type { Realm, World } from './world.ts';

export interface AirDeps {
  world: World;
  /** How long the next message takes, milliseconds. */
  delay(): number;
  /** Told of everything that is said. */
  onSaid(from: Realm, name: string, data: unknown): void;
}

export function createAir({ world, delay, onSaid }: AirDeps): { BroadcastChannel: typeof BroadcastChannel } {
  const members = new Set<Member>();

  class Member {
    onmessage: ((event: MessageEvent) => void) | null = null;
    readonly name: string;
    readonly realm: Realm = world.inside();
    /** By sender: nothing may arrive before this. */
    readonly after = new Map<Member, number>();
    open = true;

    constructor(name: string) {
      this.name = name;
      members.add(this);
      this.realm.onGone(() => this.close());
    }

    postMessage(message: unknown): void {
      if (!this.open) throw new DOMException('The channel is closed.', 'InvalidStateError');
      const data: unknown = structuredClone(message);
      onSaid(this.realm, this.name, data);
      for (const member of members) {
        if (member === this || member.name !== this.name) continue;
        const at = Math.max(world.now() + delay(), member.after.get(this) ?? 0);
        member.after.set(this, at);
        const hear = (): void => {
          if (member.open) member.onmessage?.({ data } as MessageEvent);
        };
        world.post(at - world.now(), member.realm, hear, { lostInCache: true });
      }
    }

    close(): void {
      this.open = false;
      members.delete(this);
    }
  }

  return { BroadcastChannel: Member as unknown as typeof BroadcastChannel };
}
