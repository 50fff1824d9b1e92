"""A site for tests: lists over a paged JSON API, and their videos."""
from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.utils import ExtractorError, OnDemandPagedList


def _odd(value):
    if value == '<nan>':
        return float('nan')
    return value.replace('<half>', '\ud83d') if isinstance(value, str) else value


class MediaryTestListIE(InfoExtractor):
    IE_NAME = 'mediarytest:list'
    _VALID_URL = r'(?P<base>http://127\.0\.0\.1:\d+)/list/(?P<id>\w+)'
    _PAGE_SIZE = 50

    def _row(self, entry):
        if entry is None:
            return None
        # What JSON can't say.
        row = {name: _odd(value) for name, value in entry.items()}
        if row.get('_type') == 'playlist':
            row['entries'] = [self._row(inner) for inner in row['entries']]
            return {'extractor': self.IE_NAME, 'extractor_key': self.ie_key(), **row}
        return {'_type': 'url', 'ie_key': 'MediaryTestVideo', **row}

    def _real_extract(self, url):
        base, list_id = self._match_valid_url(url).group('base', 'id')

        def page(number):
            answer = self._download_json(f'{base}/api/{list_id}?page={number}', list_id)
            yield from map(self._row, answer['entries'])

        return self.playlist_result(OnDemandPagedList(page, self._PAGE_SIZE), list_id, f'List {list_id}')


class MediaryTestVideoIE(InfoExtractor):
    IE_NAME = 'mediarytest'
    _VALID_URL = r'(?P<base>http://127\.0\.0\.1:\d+)/watch/(?P<id>[\w-]+)'

    def _real_extract(self, url):
        base, video_id = self._match_valid_url(url).group('base', 'id')
        video = self._download_json(f'{base}/video/{video_id}', video_id)
        if 'error' in video:
            raise ExtractorError(video['error'], expected=True)
        return {name: _odd(value) for name, value in video.items()}
