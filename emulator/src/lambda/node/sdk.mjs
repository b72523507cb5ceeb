// The AWS SDK is part of Lambda's Node runtime. Here it comes from the function's own folder or, failing that, from the folders
// of NODE_PATH, which Node itself searches for `require` alone.

import module from 'node:module';
import { delimiter } from 'node:path';
import { pathToFileURL } from 'node:url';

const OF_THE_RUNTIME = /^@(aws-sdk|smithy)\//;

/** The addresses from which a package of NODE_PATH is found as if it were imported there. */
const elsewhere = (process.env.NODE_PATH ?? '')
  .split(delimiter)
  .filter((folder) => folder !== '')
  .map((folder) => new URL('./importer.mjs', pathToFileURL(`${folder}/`).href.replace(/node_modules\/$/, '')).href);

/** Node's hook for `import`, for the thread of hooks. */
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!OF_THE_RUNTIME.test(specifier)) throw error;
    for (const parentURL of elsewhere) {
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {
        // The next folder may have it; if none has, the first failure tells more.
      }
    }
    throw error;
  }
}

/** The same for `module.registerHooks`, which has taken the place of `module.register`. */
function resolveNow(specifier, context, next) {
  try {
    return next(specifier, context);
  } catch (error) {
    if (!OF_THE_RUNTIME.test(specifier)) throw error;
    for (const parentURL of elsewhere) {
      try {
        return next(specifier, { ...context, parentURL });
      } catch {
        // As above.
      }
    }
    throw error;
  }
}

/** Makes the SDK of NODE_PATH known to `import`. */
export function provideSdk() {
  if (elsewhere.length === 0) return;
  if (module.registerHooks) module.registerHooks({ resolve: resolveNow });
  else module.register(import.meta.url);
}
