/** What a test and the servers of its fleet say to each other. */

/** The moments of a renewal, in their order. */
export const STEPS = [
  'before the lease',
  'lease taken',
  're-read',
  'asking the provider',
  'provider answered',
  'before storing',
  'stored',
  'before giving the lease back',
  'lease given back',
] as const;
export type Step = (typeof STEPS)[number];

export interface MemberOptions {
  redisUrl: string;
  origin: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  secret: string;
  seed: number;
  /** A shorter limit for the provider's answer than the usual one, milliseconds. */
  answerLimitMs: number | null;
  /** When not null, the wall clock stands here (milliseconds) but for what it is put forward. */
  stoppedAt: number | null;
}

export type ToMember = { advanceMs: number } | { dieAt: Step };
export type FromMember = { port: number } | 'done';
