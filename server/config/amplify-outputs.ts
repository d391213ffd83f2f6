/** `amplify_outputs.json` of Amplify Gen 2, as far as it concerns us: the user pool and `custom.events`. */
import { join } from 'node:path';
import { z } from 'zod';
import type { ConfigSources } from './config.ts';

export interface Outputs {
  issuer: string;
  clientId: string;
  /** Space-separated; null when the file names none. */
  scopes: string | null;
  endpoint: string;
  region: string;
}

const OUTPUTS_FILE = 'amplify_outputs.json';

const SHAPE = z.object({
  auth: z.object({
    user_pool_id: z.string().min(1),
    aws_region: z.string().min(1),
    user_pool_client_id: z.string().min(1),
    oauth: z.object({ scopes: z.array(z.string()).optional() }).optional(),
  }),
  custom: z.object({
    events: z.object({ url: z.string().min(1), aws_region: z.string().min(1) }),
  }),
});

/** Null when there is no such file, or it cannot be used (then `problems` says why). */
export function readOutputs({ cwd, readFile }: ConfigSources, problems: string[]): Outputs | null {
  const text = readFile(join(cwd, OUTPUTS_FILE));
  if (text === null) return null;
  const parsed = SHAPE.safeParse(parseJson(text));
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole file').join(', ');
    problems.push(
      `${OUTPUTS_FILE} is there but cannot be used: missing or wrong at ${where}. It needs auth (user_pool_id, ` +
        'aws_region, user_pool_client_id) and custom.events (url, aws_region). Generate it again: npx ampx generate outputs',
    );
    return null;
  }
  const { auth, custom } = parsed.data;
  const scopes = auth.oauth?.scopes;
  return {
    issuer: `https://cognito-idp.${auth.aws_region}.${domain(auth.aws_region)}/${auth.user_pool_id}`,
    clientId: auth.user_pool_client_id,
    // Without openid there is no ID token, and nobody to be signed in as.
    scopes: scopes?.length ? [...new Set(['openid', ...scopes])].join(' ') : null,
    endpoint: custom.events.url,
    region: custom.events.aws_region,
  };
}

function domain(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
