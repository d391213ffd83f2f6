/** The people who can sign in at the stand-in. Their `sub` is fixed, so channels named after it stay the same. */

export interface DemoUser {
  username: string;
  password: string;
  email: string;
  sub: string;
}

export const DEMO_USERS: readonly DemoUser[] = [
  {
    username: 'ada',
    password: 'analytical-engine',
    email: 'ada@example.com',
    sub: '1815ada0-1210-4852-8ada-000000000001',
  },
  {
    username: 'grace',
    password: 'first-compiler',
    email: 'grace@example.com',
    sub: '1906face-1209-4992-8bad-000000000002',
  },
];

/** The user with this `sub`, or undefined. */
export function userBySub(sub: string): DemoUser | undefined {
  return DEMO_USERS.find((user) => user.sub === sub);
}
