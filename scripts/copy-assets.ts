import { copyAssets } from './built-assets.ts';

// npm runs scripts in the project's root.
await copyAssets('.', 'dist');
