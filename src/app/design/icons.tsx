/** The few drawings of the app, on a 16-unit grid in the colour of the text. Decoration: names stand beside them. */
import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const CloseIcon = () => (
  <Icon>
    <path d="M4 4l8 8M12 4l-8 8" />
  </Icon>
);

export const BellIcon = () => (
  <Icon>
    <path d="M3.5 11.5h9c-1-1-1.2-2-1.2-4.2a3.3 3.3 0 0 0-6.6 0c0 2.2-.2 3.2-1.2 4.2zM6.7 13.6h2.6" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M10 3L5 8l5 5" />
  </Icon>
);

export const DownIcon = () => (
  <Icon>
    <path d="M8 3v10M4 9l4 4 4-4" />
  </Icon>
);

export const ExportIcon = () => (
  <Icon>
    <path d="M8 2v8M5 7l3 3 3-3M3 13h10" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="8" cy="5.5" r="2.75" />
    <path d="M2.75 14c.6-2.8 2.6-4.2 5.25-4.2s4.65 1.4 5.25 4.2" />
  </Icon>
);

export const PinIcon = () => (
  <Icon>
    <path d="M8 10.5V14M5 2.5h6l-.8 4.2 2 2.3v1.5H3.8V9l2-2.3z" />
  </Icon>
);

export const FilterIcon = () => (
  <Icon>
    <path d="M2.5 3.5h11L9.5 8.5v4l-3-1.5v-2.5z" />
  </Icon>
);

export const ClockIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 5v3.2l2.2 1.3" />
  </Icon>
);

export const UpIcon = () => (
  <Icon>
    <path d="M4 10l4-4 4 4" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M4 6l4 4 4-4" />
  </Icon>
);

/** The mark of the product: two cords crossing between four jacks. */
export const LogoMark = () => (
  <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect className="logo-tile" width="32" height="32" rx="7.5" />
    <path className="logo-cord logo-cord-under" d="M9 22.5C9 15 23 17 23 9.5" />
    <path className="logo-cord logo-cord-over" d="M9 9.5C9 17 23 15 23 22.5" />
    <circle className="logo-jack" cx="9" cy="9.5" r="3" />
    <circle className="logo-jack" cx="23" cy="9.5" r="3" />
    <circle className="logo-jack" cx="9" cy="22.5" r="3" />
    <circle className="logo-jack" cx="23" cy="22.5" r="3" />
  </svg>
);
