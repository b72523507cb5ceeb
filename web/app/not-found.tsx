// What is shown at an address that does not exist. Next's own page has style attributes, which the policy forbids.
import type { ReactNode } from 'react';
import { Cover } from '../components/cover.tsx';

export default function NotFound(): ReactNode {
  return (
    <Cover title="Nothing here">
      <p className="cover-lead">There is no page at this address.</p>
      <a className="button button-primary" href="/">Go to Carillon</a>
    </Cover>
  );
}
