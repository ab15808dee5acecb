/** How a user writes the command, on any machine with Node and npm. */
export const collmCommand = "npx -y pnpm@10 --silent collm";
