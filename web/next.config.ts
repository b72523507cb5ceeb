// How the web client is built: static files only, the same bytes for the same sources, nothing fetched from elsewhere.
import { dirname } from 'node:path';
import type { NextConfig } from 'next';
import { contentId } from './scripts/content-id.mjs';

const root = dirname(import.meta.dirname);

const config: NextConfig = {
  output: 'export',
  // Next draws a random id for each build, and writes it into every page.
  generateBuildId: () => contentId(root),
  transpilePackages: ['@carillon/client'],
  turbopack: { root },
  outputFileTracingRoot: root,
  images: { unoptimized: true },
  devIndicators: false,
  agentRules: false,
};

export default config;
