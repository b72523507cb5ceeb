'use client';
// What is shown if the page itself breaks. Next's own page has style elements, which the policy forbids.
import type { ReactNode } from 'react';
import { Cover } from '../components/cover.tsx';
import '../styles/index.css';

export default function GlobalError(): ReactNode {
  return (
    <html lang="en">
      <body>
        <title>Carillon</title>
        <Cover title="Something broke">
          <p className="cover-lead" role="alert" data-testid="alert">
            This page has a fault and cannot go on. What was sent is safe: reload to see it.
          </p>
          <button type="button" className="button button-primary" onClick={() => { window.location.reload(); }}>Reload</button>
        </Cover>
      </body>
    </html>
  );
}
