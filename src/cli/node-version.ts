/** Which Node this program runs on. It imports nothing, so that it can be asked before anything else is loaded. */

export const LEAST_NODE = '20.19.0';

export function supportsNode(version: string): boolean {
  const wanted = LEAST_NODE.split('.').map(Number);
  const have = version.replace(/^v/, '').split('.').map(Number);
  for (let part = 0; part < wanted.length; part++) {
    if ((have[part] ?? 0) !== wanted[part]) return (have[part] ?? 0) > wanted[part]!;
  }
  return true;
}
