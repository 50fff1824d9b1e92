"""A site for tests: lists over a paged JSON API, and their videos."""
from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.utils import OnDemandPagedList


class MediaryTestListIE(InfoExtractor):
    IE_NAME = 'mediarytest:list'
    _VALID_URL = r'(?P<base>http://127\.0\.0\.1:\d+)/list/(?P<id>\w+)'
    _PAGE_SIZE = 50

    def _real_extract(self, url):
        base, list_id = self._match_valid_url(url).group('base', 'id')

        def page(number):
            answer = self._download_json(f'{base}/api/{list_id}?page={number}', list_id)
            for entry in answer['entries']:
                yield {'_type': 'url', 'ie_key': 'MediaryTestVideo', **entry}

        return self.playlist_result(OnDemandPagedList(page, self._PAGE_SIZE), list_id, f'List {list_id}')


class MediaryTestVideoIE(InfoExtractor):
    IE_NAME = 'mediarytest'
    _VALID_URL = r'(?P<base>http://127\.0\.0\.1:\d+)/watch/(?P<id>[\w-]+)'

    def _real_extract(self, url):
        base, video_id = self._match_valid_url(url).group('base', 'id')
        return self._download_json(f'{base}/video/{video_id}', video_id)
