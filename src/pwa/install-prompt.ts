/** The browser's offer to install the app: caught when it comes, shown when the person asks. */

/** https://wicg.github.io/manifest-incubations/#beforeinstallpromptevent-interface (Chromium). */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
  readonly userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

export interface EventSource {
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

export interface InstallPrompt {
  available(): boolean;
  /** Shows the browser's dialog. Resolves with whether the person accepted; false when there is no offer. */
  show(): Promise<boolean>;
  close(): void;
}

export function createInstallPrompt(scope: EventSource, onChange: () => void): InstallPrompt {
  let offer: InstallPromptEvent | null = null;
  const set = (next: InstallPromptEvent | null) => {
    offer = next;
    onChange();
  };
  const offered = (event: Event) => {
    // Else the browser shows its own banner now, and the offer is spent.
    event.preventDefault();
    set(event as InstallPromptEvent);
  };
  const installed = () => set(null);
  scope.addEventListener('beforeinstallprompt', offered);
  scope.addEventListener('appinstalled', installed);
  return {
    available: () => offer !== null,
    async show() {
      const shown = offer;
      if (shown === null) return false;
      // An offer works once; the browser makes a new one when it sees fit.
      set(null);
      await shown.prompt();
      return (await shown.userChoice).outcome === 'accepted';
    },
    close() {
      scope.removeEventListener('beforeinstallprompt', offered);
      scope.removeEventListener('appinstalled', installed);
    },
  };
}
