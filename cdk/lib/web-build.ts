// The web client as an asset: built when a template is made to be deployed, and not looked at otherwise.
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { SynthesisError } from './synthesis-error.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILD = ['run', 'build', '--workspace', 'web'];

/** The files of the built web client of the repository at `root`. */
export function webClientFiles(root: string = ROOT): ISource {
  return Source.asset(join(root, 'web'), {
    // What is deployed counts, not its sources: those of the client library belong to it too.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never run: the local build succeeds, or ends the synthesis.
      image: DockerImage.fromRegistry('none'),
      local: { tryBundle: (folder) => buildInto(folder, root) },
    },
  });
}

function buildInto(folder: string, root: string): true {
  // Standard output belongs to the template that `cdk synth` prints.
  const { status } = spawnSync('npm', BUILD, { cwd: root, stdio: ['ignore', process.stderr, process.stderr] });
  if (status !== 0) throw new SynthesisError(`The web client does not build: mend what \`npm ${BUILD.join(' ')}\` says above.`);
  cpSync(join(root, 'web', 'out'), folder, { recursive: true });
  return true;
}
