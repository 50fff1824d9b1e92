"""Extractors for Mediary's sample site: lists from a paged JSON API, items with formats."""

import base64
import functools

from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.utils import ExtractorError, OnDemandPagedList, int_or_none

_SITE = r'(?P<site>https?://(?:127\.0\.0\.1|localhost):\d+)'

# What real sites say, so that failures are classified by the same texts.
_REFUSALS = {
    'private': "Private video. Sign in if you've been granted access to this video",
    'deleted': 'Video unavailable. This video has been removed by the uploader',
    'unavailable': 'Video unavailable. This video is not available',
    'subscriber_only': 'Join this channel to get access to members-only content like this video',
    'needs_auth': 'Sign in to confirm your age. This video may be inappropriate for some users',
}

# The words of the API that yt-dlp has, too; the others are told by the title alone.
_AVAILABILITIES = ('public', 'private', 'subscriber_only', 'needs_auth')


def _odd(record, row):
    oddity = record.get('oddity')
    if oddity == 'half_letter':
        row['title'] += ' \ud83d'
    elif oddity == 'no_number':
        row['duration'] = float('nan')
    elif oddity == 'numeric_id':
        row['id'] = 1000 + int(record['id'].rpartition('-')[2])
    elif oddity == 'no_address':
        row['url'] = 'nothing'
    return None if oddity == 'nothing' else row


def _availability(record):
    word = record.get('availability')
    return word if word in _AVAILABILITIES else None


class _MediaryDemoBase(InfoExtractor):
    _NETRC_MACHINE = 'mediary-demo'

    def _as_somebody(self):
        username, password = self._get_login_info()
        if username is None:
            return {}
        pair = base64.b64encode(f'{username}:{password}'.encode()).decode()
        return {'Authorization': f'Basic {pair}'}


class MediaryDemoItemIE(_MediaryDemoBase):
    _VALID_URL = _SITE + r'/items/(?P<id>[\w.-]+)/?(?:[?#]|$)'

    def _real_extract(self, url):
        site, item_id = self._match_valid_url(url).group('site', 'id')
        record = self._download_json(
            f'{site}/api/items/{item_id}', item_id, headers=self._as_somebody())
        refusal = _REFUSALS.get(record.get('availability'))
        if refusal:
            raise ExtractorError(refusal, expected=True)
        live_status = record.get('live_status')
        if live_status == 'is_upcoming':
            raise ExtractorError('Premieres in 2 hours', expected=True)
        formats = list(record['formats'])
        if record.get('hls'):
            formats.extend(self._extract_m3u8_formats(record['hls'], item_id, 'mp4', m3u8_id='hls', fatal=False))
        return {
            'id': record['id'],
            'title': record['title'],
            'description': record.get('description'),
            'duration': int_or_none(record.get('duration')),
            'timestamp': int_or_none(record.get('timestamp')),
            'thumbnail': record.get('thumbnail'),
            'availability': _availability(record),
            'live_status': live_status,
            'subtitles': {'en': [{'url': record['subtitles'], 'ext': 'vtt'}]},
            'formats': formats,
        }


class MediaryDemoListIE(_MediaryDemoBase):
    _VALID_URL = _SITE + r'/lists/(?P<id>[\w.-]+)/?(?:[?#]|$)'
    _PAGE_SIZE = 50

    def _fetch(self, site, list_id, page):
        query = {'page': page + 1, 'per_page': self._PAGE_SIZE}
        return self._download_json(
            f'{site}/api/lists/{list_id}', list_id, query=query, headers=self._as_somebody(),
            note=f'Downloading page {page + 1}')

    def _entries(self, site, list_id, first, page):
        # The first page has been fetched for the list's title.
        record = first if page == 0 else self._fetch(site, list_id, page)
        for entry in record['entries']:
            yield _odd(entry, self.url_result(
                entry['url'], MediaryDemoItemIE, entry['id'], entry['title'],
                duration=int_or_none(entry.get('duration')),
                timestamp=int_or_none(entry.get('timestamp')),
                availability=_availability(entry),
                live_status=entry.get('live_status')))

    def _held(self, site, name, nesting):
        url = f'{site}/lists/{name}'
        if nesting == 'by_address':
            return self.url_result(url, MediaryDemoListIE)
        # As yt-dlp's own extractors do with the tabs of a channel.
        return {
            'extractor': self.IE_NAME, 'extractor_key': self.ie_key(), 'webpage_url': url,
            **self._list(site, name),
        }

    def _real_extract(self, url):
        return self._list(*self._match_valid_url(url).group('site', 'id'))

    def _list(self, site, list_id):
        first = self._fetch(site, list_id, 0)
        if first['lists']:
            held = [self._held(site, name, first['nesting']) for name in first['lists']]
            return self.playlist_result(held, list_id, first['title'])
        pages = OnDemandPagedList(functools.partial(self._entries, site, list_id, first), self._PAGE_SIZE)
        return self.playlist_result(pages, list_id, first['title'], playlist_count=first['total'])
