// The tabs that GraphiQL opens with. A test checks each against schema/contracts/schema.graphql.

/** One example tab; its name is the name of the operation. */
export interface Example {
  query: string;
  variables?: Record<string, unknown>;
}

const ofAll: readonly Example[] = [
  {
    query: `# The playlists that are followed.
query Playlists {
  playlists(first: 10) {
    nodes {
      id
      title
      entryCount
      refreshOutcome
    }
  }
}
`,
  },
  {
    query: `# Follow a playlist, a channel or a podcast feed.
# Its address goes into the variables below.
mutation Follow($url: String!) {
  playlistFollow(input: { url: $url }) {
    playlist {
      id
    }
    job {
      id
      state
    }
    userErrors {
      code
      message
      advice
    }
  }
}
`,
    variables: { url: "https://example.org/feed.xml" },
  },
  {
    query: `# The log itself: from its first event on, then live.
# It resumes by position: pass the last one you saw.
subscription Events {
  events(after: 0) {
    position
    event {
      kind
      stream
      payload
    }
  }
}
`,
  },
  {
    query: `# The work as it is now, then each change.
# It resumes by position, too.
subscription Jobs {
  jobChanges(after: 0) {
    position
    jobs {
      id
      kind
      title
      state
      progress {
        percent
      }
    }
  }
}
`,
  },
  {
    query: `# How something came to be: every event that led
# to it, back to who asked for it.
query Why($id: ID!) {
  why(id: $id) {
    startedByName
    sentences
    chain {
      position
      kind
      stream
    }
  }
}
`,
    variables: { id: "playlist-…" },
  },
];

// A concern brings its own.
const ofConcerns = import.meta.glob<{ examples: readonly Example[] }>("../concerns/*/examples.ts", {
  eager: true,
});

export const examples: readonly Example[] = [
  ...ofAll,
  ...Object.values(ofConcerns).flatMap((concern) => concern.examples),
];
