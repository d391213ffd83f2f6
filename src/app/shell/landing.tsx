/** What a visitor sees who is not signed in: what this is, and one way in. */
import { useState } from 'react';
import type { SessionState } from '../../session/api.ts';
import { LogoMark } from '../design/icons.tsx';
import { SwitchboardArt } from '../design/switchboard-art.tsx';
import { channelPath, readPath } from '../desk/route.ts';
import { useServices } from '../services.ts';
import { StatusLine } from '../status/status-line.tsx';
import { useText } from '../text/use-text.ts';

type Reason = Extract<SessionState, { kind: 'signed-out' }>['reason'];

export function Landing({ reason }: { reason: Reason }) {
  const text = useText();
  const { session, page } = useServices();
  // The address as it is now: somebody who signed out may have changed channels since the page was sent.
  const [channel] = useState(() =>
    reason === 'never' || typeof location === 'undefined'
      ? page.channel
      : readPath(location.pathname).channel,
  );
  const notice =
    reason === 'never' ? null : reason === 'user' ? text.landing.userSignedOut : text.landing.ended;
  return (
    <div className="page">
      <header className="landing-bar">
        <LogoMark />
        <span className="brand">{text.app}</span>
      </header>
      <main className="landing" id="main">
        <div className="landing-words">
          {notice !== null && <p className="notice">{notice}</p>}
          <h1>{text.landing.headline}</h1>
          <p className="landing-lead">{text.landing.lead}</p>
          <p className="landing-action">
            <a className="button button-primary button-large" href={session.signInUrl(channelPath(channel))}>
              {text.landing.signIn}
            </a>
            <span className="hint">
              {text.landing.signInHint}
              {channel !== null && ` ${text.landing.toChannel(channel)}`}
            </span>
          </p>
          {page.channelError !== null && reason === 'never' && (
            <p className="field-error">{text.said(page.channelError)}</p>
          )}
        </div>
        <SwitchboardArt />
        <ul className="landing-points">
          {text.landing.points.map((point) => (
            <li key={point.title}>
              <h2>{point.title}</h2>
              <p>{point.body}</p>
            </li>
          ))}
        </ul>
      </main>
      <footer className="landing-foot">
        <StatusLine />
      </footer>
    </div>
  );
}
