/** Headers of every answer: security, and what may be kept of it. Set before anything else, so errors have them. */
import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { contentSecurityPolicy } from './csp.ts';

/** What a route may declare of its answers; `private` (never kept) where it says nothing. */
type CachePolicy =
  /** Depends on the session, or is an error: never kept by anybody. */
  | 'private'
  /** The same for everybody, asked for anew each time. */
  | 'revalidate'
  /** Its name changes with its content. */
  | 'immutable';

declare module 'fastify' {
  interface FastifyReply {
    /** The nonce that the Content-Security-Policy of this answer names. */
    nonce: string;
  }
  interface FastifyContextConfig {
    cache?: CachePolicy;
  }
}

export interface HeaderOptions {
  secure: boolean;
  /** Origins that pages and workers connect to. */
  connect: readonly string[];
  /** Asked for each answer: the provider's are known only after discovery. */
  forms(): readonly string[];
  trustedTypes: boolean;
}

const CACHE_CONTROL: Record<CachePolicy, string> = {
  private: 'no-store',
  revalidate: 'no-cache',
  immutable: 'public, max-age=31536000, immutable',
};

const PERMISSIONS = 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()';

export async function registerHeaders(app: FastifyInstance, options: HeaderOptions): Promise<void> {
  app.decorateReply('nonce', '');

  function pagePolicy(reply: FastifyReply): string {
    reply.nonce = randomBytes(16).toString('base64');
    const { connect, secure, trustedTypes } = options;
    return contentSecurityPolicy({
      nonce: reply.nonce,
      connect,
      forms: options.forms(),
      secure,
      trustedTypes,
    });
  }

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': isData(request) ? DATA_POLICY : pagePolicy(reply),
      'permissions-policy': PERMISSIONS,
      ...cacheHeaders(request),
    });
  });
  await app.register(helmet, {
    // Ours needs the provider's origins, which change while we run.
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: options.secure ? { maxAge: 63_072_000, includeSubDomains: false } : false,
  });
}

/** Answers of `/api/` are data: should a browser ever show one as a page, nothing in it may load or run. */
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function isData(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/');
}

function cacheHeaders(request: FastifyRequest): Record<string, string> {
  const policy = request.routeOptions.config.cache ?? 'private';
  const header = { 'cache-control': CACHE_CONTROL[policy] };
  return policy === 'private' ? { ...header, vary: 'Cookie' } : header;
}
