/** Arguments for Node.js and the environment for a service's main file. */
export function serviceCommand(file: string): { args: string[]; env: Record<string, string> };
