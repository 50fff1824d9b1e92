// Where the bytes of a file are fetched from by what shows no header: <video>, <img>, a link to save it.

import { useMemo } from "react";
import { useQuery } from "urql";

import { address } from "../../client/base";
import { graphql } from "../../client/graphql";
import { session } from "../../client/session";
import { useStore } from "../../client/store";
import type { FileWhole } from "./File";

const LinkOf = graphql(`
  query FileLink($id: ID!) {
    fileLink(id: $id) {
      url
    }
  }
`);

// Another document than the player's: what is copied must not change where the film is fetched from.
export const LinkToCopyOf = graphql(`
  query FileLinkToCopy($id: ID!) {
    fileLink(id: $id) {
      url
    }
  }
`);

/** The addresses of a file that is to be played. */
export interface Media {
  src: string;
  /** Where it is saved from. */
  save: string;
  poster: string | undefined;
  /** Where its chapters are told. */
  chapters: string | undefined;
  tracks: { language: string; name: string; src: string }[];
}

/**
 * Where a file is fetched from. Whoever is signed in shows his cookie by himself; a token can't be shown by an element, so that a
 * link signed for this file takes its place. None if there is nothing to fetch, or not yet.
 */
export function useMedia(file: FileWhole): Media | undefined {
  const now = useStore(session);
  const isByToken = now.state === "in" && now.token !== null;
  const [{ data }] = useQuery({
    query: LinkOf,
    variables: { id: file.id },
    pause: !isByToken || file.url === null,
    // One that was kept may have ended, and a second answer would load the film anew.
    requestPolicy: "network-only",
  });
  const link = data?.fileLink.url.split("?")[1];
  const { url, thumbnailUrl, chaptersUrl, subtitles } = file;
  // A list that came anew with the same in it must not load the film anew.
  const said = JSON.stringify(subtitles);
  return useMemo(() => {
    if (url === null || now.state !== "in" || (isByToken && link === undefined)) {
      return undefined;
    }
    const of = (path: string, more = "") => {
      const query = [more, isByToken ? link : ""].filter(Boolean).join("&");
      return address(query === "" ? path : `${path}?${query}`);
    };
    const known = JSON.parse(said) as FileWhole["subtitles"];
    return {
      src: of(url),
      save: of(url, "download=1"),
      poster: thumbnailUrl === null ? undefined : of(thumbnailUrl),
      chapters: chaptersUrl === null ? undefined : of(chaptersUrl),
      tracks: known.map(({ language, url: src }) => ({
        language,
        name: languageName(language),
        src: of(src),
      })),
    };
  }, [url, thumbnailUrl, chaptersUrl, said, link, isByToken, now.state]);
}

/** The address of a picture in a list, where the cookie of whoever is signed in lets it be fetched. */
export function usePicture(): (url: string | null | undefined) => string | undefined {
  const now = useStore(session);
  const isByCookie = now.state === "in" && now.token === null;
  return (url) => (isByCookie && url != null ? address(url) : undefined);
}

/** A language in words: "Brazilian Portuguese". */
export function languageName(language: string): string {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(language.replaceAll("_", "-")) ?? language;
  } catch {
    return language;
  }
}
