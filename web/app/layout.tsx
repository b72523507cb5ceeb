// What every page is made of: its language, its names and colours for the browser, its stylesheet.
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import '../styles/index.css';

export const metadata: Metadata = {
  title: 'Carillon',
  description: 'Conversations for everybody who is signed in.',
  icons: { icon: { url: '/icon.svg', type: 'image/svg+xml' } },
  manifest: '/manifest.json',
  // Conversations behind a sign-in are nothing to be found by search.
  robots: { index: false },
  referrer: 'no-referrer',
  formatDetection: { telephone: false, address: false, email: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  // The composer stays above the keyboard of a phone.
  interactiveWidget: 'resizes-content',
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f4f7f6' },
    { media: '(prefers-color-scheme: dark)', color: '#0f1614' },
  ],
};

export default function Layout({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>
        {children}
        <noscript>
          <p className="no-script">Carillon is a live conversation, and needs JavaScript. Switch it on for this page, and reload.</p>
        </noscript>
      </body>
    </html>
  );
}
