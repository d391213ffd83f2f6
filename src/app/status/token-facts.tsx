/** How long the access token lives, ticking, where it came from, and how often it was renewed. */
import { useConnectionStatus } from '../services.ts';
import { usePanelText } from '../text/use-panel-text.ts';
import { useText } from '../text/use-text.ts';
import { Fact } from './fact.tsx';
import { useNow } from './use-now.ts';

export function TokenFacts() {
  const text = useText();
  const panel = usePanelText();
  const status = useConnectionStatus();
  const token = status?.token ?? null;
  const now = useNow(token !== null);
  const source = status?.limitations.includes('no-service-worker') ? 'server' : 'worker';
  const left = token === null ? 0 : token.endsAt - now;
  return (
    <section className="panel-section">
      <h3>{panel.token}</h3>
      <dl className="facts">
        <Fact name={panel.tokenLeft}>
          {token === null ? panel.tokenNone : left <= 0 ? panel.tokenOver : text.format.duration(left)}
        </Fact>
        {token !== null && (
          <>
            <Fact name={panel.tokenFrom}>{panel.tokenSources[source]}</Fact>
            <Fact name={panel.tokensUsed}>{token.used}</Fact>
            <Fact name={panel.renewals}>{Math.max(0, token.used - 1)}</Fact>
          </>
        )}
      </dl>
    </section>
  );
}
