import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# What is at an address, before anything is followed: asked for here, shown by \`previews\` below.
mutation PreviewStart {
  previewStart(input: { url: "https://www.youtube.com/@sternwarte-sonneberg" }) {
    preview {
      id
    }
    userErrors {
      code
      message
    }
  }
}
`,
  },
  {
    query: `# What was looked at, the last one first.
query Previews {
  previews(first: 10) {
    nodes {
      url
      state
      kind
      title
      count
      first {
        title
      }
    }
  }
}
`,
  },
];
