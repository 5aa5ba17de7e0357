// What Vite makes of a file that is imported for its address.

declare module '*?url' {
  const address: string;
  export default address;
}

// Imported for its text.
declare module '*?raw' {
  const text: string;
  export default text;
}

// Imported for its effect on the page.
declare module '*.css';

// Every file that a pattern finds, by path.
interface ImportMeta {
  glob(
    pattern: string,
    options: { readonly query: '?url'; readonly import: 'default'; readonly eager: true },
  ): Readonly<Record<string, string>>;
}
