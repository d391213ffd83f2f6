/** The root of the tree, the same on the server and in the browser: one of three views by who is signed in. */
import { StrictMode } from 'react';
import { type Services, ServicesContext, useSessionState, useStore } from './services.ts';
import { Desk } from './shell/desk.tsx';
import { ErrorBoundary } from './shell/error-boundary.tsx';
import { Landing } from './shell/landing.tsx';
import { LoadingView } from './shell/loading-view.tsx';
import { TextContext } from './text/use-text.ts';

export function App({ services }: { services: Services }) {
  const text = useStore(services.language.text);
  return (
    <StrictMode>
      <TextContext value={text}>
        <ErrorBoundary>
          <ServicesContext value={services}>
            <View />
          </ServicesContext>
        </ErrorBoundary>
      </TextContext>
    </StrictMode>
  );
}

function View() {
  const session = useSessionState();
  switch (session.kind) {
    case 'unknown':
      return <LoadingView />;
    case 'signed-out':
      return <Landing reason={session.reason} />;
    case 'signed-in':
      // A different user gets a desk of their own, with nothing left over from the one before.
      return <Desk key={session.user.sub} user={session.user} offline={session.offline} />;
    default:
      return session satisfies never;
  }
}
