/** The bar at the top: the product, a waiting update, the account, and the way out. */
import { LogoMark } from '../design/icons.tsx';
import { usePwaState, useServices } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { AccountMenu } from './account-menu.tsx';
import { BELL_PLACE } from './bell-place.ts';
import { SignOut } from './sign-out.tsx';

export function TopBar() {
  const text = useText();
  const { pwa } = useServices();
  const { updateReady } = usePwaState();
  return (
    <header className="topbar">
      <LogoMark />
      <span className="brand">{text.app}</span>
      <span className="topbar-space" />
      {updateReady && (
        <button
          type="button"
          className="chip"
          title={text.account.updateHint}
          onClick={() => pwa.applyUpdate()}
        >
          {text.account.update}
        </button>
      )}
      {/* What is behind the bell comes with the rest of the desk; its place is kept. */}
      <span className="bell-place" id={BELL_PLACE} />
      <AccountMenu />
      <SignOut />
    </header>
  );
}
