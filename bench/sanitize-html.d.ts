/** What the benches use of the package, which has no types of its own. */
declare module 'sanitize-html' {
  const sanitize: {
    (html: string, options: { allowedTags: string[] }): string;
    defaults: { allowedTags: string[] };
  };
  export default sanitize;
}
