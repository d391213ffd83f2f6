/** The recipe of Amplify's documentation for Next.js: `runWithAmplifyServerContext` over the request's cookies. */
import { createServerRunner } from '@aws-amplify/adapter-nextjs';
import { fetchAuthSession } from 'aws-amplify/auth/server';
import { cookies } from 'next/headers';

const { runWithAmplifyServerContext } = createServerRunner({
  config: {
    Auth: {
      Cognito: { userPoolId: process.env.USER_POOL_ID, userPoolClientId: process.env.USER_POOL_CLIENT_ID },
    },
  },
});

/** The access token of whoever asks; undefined when nobody is signed in. */
export async function accessToken() {
  const session = await runWithAmplifyServerContext({
    nextServerContext: { cookies },
    operation: (context) => fetchAuthSession(context),
  });
  return session.tokens?.accessToken;
}
