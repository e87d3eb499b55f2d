/** Finds a Bicep compiler: on the PATH, where the Azure CLI keeps its own, or from NuGet when the .NET SDK is there. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The oldest version that has every command we use. */
const OLDEST: readonly [number, number] = [0, 49];
/** The version that is fetched. */
const FETCHED = '0.49.2';
/** NuGet packages that hold nothing but the compiler for one platform, by Node's platform and architecture. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'osx-x64',
  'darwin-arm64': 'osx-arm64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};
const PROGRAM = process.platform === 'win32' ? 'bicep.exe' : 'bicep';

/** Whether a version text such as `Bicep CLI version 0.49.2 (b34271ac51)` names a compiler that is new enough. */
export function isRecent(text: string): boolean {
  const [, major, minor] = /version (\d+)\.(\d+)\./.exec(text)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return false;
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function works(program: string): boolean {
  try {
    return isRecent(
      execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 }),
    );
  } catch {
    return false;
  }
}

/** The compiler from NuGet below `folder`, fetched when it is not there yet; undefined without the .NET SDK or a network. */
function fetched(folder: string): string | undefined {
  const program = join(folder, PROGRAM);
  if (works(program)) return program;
  const platform = PACKAGES[`${process.platform}-${process.arch}`];
  if (platform === undefined) return undefined;
  const name = `Azure.Bicep.CommandLine.${platform}`;
  mkdirSync(folder, { recursive: true });
  const project = join(folder, 'bicep.proj');
  writeFileSync(
    project,
    `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <RestorePackagesPath>packages</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="${name}" Version="[${FETCHED}]" />
  </ItemGroup>
</Project>
`,
  );
  try {
    execFileSync('dotnet', ['restore', project], {
      stdio: 'ignore',
      timeout: 180_000,
      env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1' },
    });
  } catch {
    return undefined;
  }
  const source = join(folder, 'packages', name.toLowerCase(), FETCHED, 'tools', PROGRAM);
  if (!existsSync(source)) return undefined;
  // The package comes without the run bit; renaming at the end keeps a second process from running half a copy.
  const copy = `${program}.${process.pid}`;
  copyFileSync(source, copy);
  chmodSync(copy, 0o755);
  renameSync(copy, program);
  return works(program) ? program : undefined;
}

/**
 * Path of a usable compiler, or undefined when there is none to be had.
 * @param root the repository; a fetched compiler is kept in its `.bicep/`.
 */
export function findCompiler(root: string): string | undefined {
  const installed = ['bicep', join(homedir(), '.azure', 'bin', PROGRAM)].find(works);
  return installed ?? fetched(join(root, '.bicep'));
}

/** What to tell when there is none. */
export const NO_COMPILER =
  'no Bicep compiler: neither `bicep` (0.49 or later) on the PATH, nor one of `az bicep install`, nor the .NET SDK to fetch it with';
