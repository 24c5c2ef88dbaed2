"""One good document of each form, written by hand: what the checker must find nothing in.

Not made by our renderer, so that a wrong renderer and a wrong checker cannot agree.
"""
# ruff: noqa: E501 - as the bytes stand

TAG = "tag:abc123.tintinh.invalid,2026-11-22:"
BASE = "https://tin.example"
HUB = "https://tin.example/hub"
PAGE = f"{BASE}/search?province=vinh-long"

ATOM = f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"
 xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
 xml:lang="vi">
<id>{TAG}channel/vinh-long</id>
<title>Tin Tỉnh – Vĩnh Long</title>
<subtitle>Tin mới của tỉnh.</subtitle>
<updated>2026-11-22T01:05:00.000007+00:00</updated>
<author><name>Tin Tỉnh</name></author>
<generator uri="https://tin.example/about" version="1">Tin Tỉnh</generator>
<link rel="self" type="application/atom+xml" href="{BASE}/feeds/province/vinh-long.atom"/>
<link rel="alternate" type="text/html" hreflang="vi" href="{PAGE.replace("&", "&amp;")}"/>
<link rel="hub" href="{HUB}"/>
<link rel="prev-archive" type="application/atom+xml" href="{BASE}/feeds/province/vinh-long/archive/2026-11-1.atom"/>
<sy:updatePeriod>hourly</sy:updatePeriod>
<at:deleted-entry ref="{TAG}story/s9" when="2026-11-22T01:05:00.000007+00:00">
<at:comment>Tin này đã được gỡ.</at:comment>
<source><id>{TAG}source/bao-9</id><title>Báo Chín</title><updated>2026-11-21T01:00:00+00:00</updated>
<link rel="alternate" type="text/html" href="https://bao9.example/"/></source>
</at:deleted-entry>
<entry xml:lang="vi">
<id>{TAG}story/s2</id>
<title>Khánh thành cầu số 2</title>
<updated>2026-11-22T01:02:00.000001+00:00</updated>
<published>2026-11-21T08:30:00+07:00</published>
<author><name>Thu Hà</name><uri>https://bao2.example/</uri></author>
<link rel="alternate" type="text/html" href="https://bao2.example/cau-2.html"/>
<link rel="related" type="text/html" title="Tin này trên Tin Tỉnh" href="{BASE}/stories/s2"/>
<link rel="enclosure" type="image/jpeg" length="1200" href="https://bao2.example/anh.jpg"/>
<category term="07000000" scheme="http://cv.iptc.org/newscodes/mediatopic/" label="Y tế"/>
<summary type="html">&lt;p&gt;Cầu số 2 &amp;amp; đường dẫn.&lt;/p&gt;</summary>
<content type="html">&lt;p&gt;Toàn văn, &lt;a href="https://bao2.example/x"&gt;xem&lt;/a&gt;.&lt;br/&gt;Hết.&lt;/p&gt;</content>
<source><id>{TAG}source/bao-2</id><title>Báo Hai</title><updated>2026-11-21T01:00:00+00:00</updated>
<link rel="alternate" type="text/html" href="https://bao2.example/"/></source>
<media:content url="https://bao2.example/anh.jpg" medium="image" type="image/jpeg" width="300" height="200">
<media:description type="plain">Cầu số 2</media:description><media:credit role="photographer">Văn A</media:credit>
</media:content>
</entry>
<entry>
<id>{TAG}story/s1</id>
<title>Mưa lớn ở xã An Bình</title>
<updated>2026-11-22T01:01:00+00:00</updated>
<link rel="alternate" type="text/html" href="https://bao1.example/mua.html"/>
<summary type="html">&lt;p&gt;Mưa lớn.&lt;/p&gt;</summary>
</entry>
</feed>
"""

ARCHIVE = (
    ATOM.replace("/feeds/province/vinh-long.atom", "/feeds/province/vinh-long/archive/2026-11-2.atom")
    .replace("<sy:updatePeriod>hourly</sy:updatePeriod>", "<fh:archive/>")
    .replace(
        '<link rel="hub" ',
        f'<link rel="current" href="{BASE}/feeds/province/vinh-long.atom"/>\n<link rel="hub" ',
    )
)

RSS = f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
 version="2.0">
<channel>
<title>Tin Tỉnh – Vĩnh Long</title>
<link>{PAGE.replace("&", "&amp;")}</link>
<description>Tin mới của tỉnh.</description>
<atom:link rel="self" type="application/rss+xml" href="{BASE}/feeds/province/vinh-long.rss"/>
<atom:link rel="hub" href="{HUB}"/>
<language>vi</language>
<lastBuildDate>Sun, 22 Nov 2026 01:05:00 +0000</lastBuildDate>
<generator>Tin Tỉnh</generator>
<docs>https://www.rssboard.org/rss-specification</docs>
<managingEditor>tin@tin.example (Tòa soạn)</managingEditor>
<ttl>10</ttl>
<sy:updatePeriod>hourly</sy:updatePeriod>
<sy:updateFrequency>6</sy:updateFrequency>
<skipHours><hour>2</hour></skipHours>
<skipDays><day>Sunday</day></skipDays>
<image><url>{BASE}/logo.png</url><title>Tin Tỉnh – Vĩnh Long</title><link>{PAGE.replace("&", "&amp;")}</link>
<width>88</width><height>31</height></image>
<item>
<title>Khánh thành cầu số 2</title>
<link>https://bao2.example/cau-2.html</link>
<description>&lt;p&gt;Cầu số 2 &amp;amp; đường dẫn.&lt;/p&gt;</description>
<guid isPermaLink="false">{TAG}story/s2</guid>
<pubDate>Sat, 21 Nov 2026 08:30:00 +0700</pubDate>
<category domain="http://cv.iptc.org/newscodes/mediatopic/">Y tế</category>
<source url="https://bao2.example/">Báo Hai</source>
<enclosure url="https://bao2.example/anh.jpg" length="1200" type="image/jpeg"/>
<content:encoded>&lt;p&gt;Toàn văn, &lt;a href="https://bao2.example/x"&gt;xem&lt;/a&gt;.&lt;/p&gt;</content:encoded>
<dc:creator>Thu Hà</dc:creator>
<atom:updated>2026-11-22T01:02:00+00:00</atom:updated>
<atom:link rel="related" type="text/html" href="{BASE}/stories/s2"/>
<media:content url="https://bao2.example/anh.jpg" medium="image" type="image/jpeg"/>
</item>
<item>
<title>Mưa lớn ở xã An Bình</title>
<link>https://bao1.example/mua.html</link>
<description>&lt;p&gt;Mưa lớn.&lt;/p&gt;</description>
<guid isPermaLink="false">{TAG}story/s1</guid>
<atom:updated>2026-11-22T01:01:00+00:00</atom:updated>
</item>
</channel>
</rss>
"""

JSON = f"""{{"version": "https://jsonfeed.org/version/1.1", "title": "Tin Tỉnh – Vĩnh Long",
"home_page_url": "{PAGE}", "feed_url": "{BASE}/feeds/province/vinh-long.json",
"description": "Tin mới của tỉnh.", "language": "vi", "authors": [{{"name": "Tin Tỉnh", "url": "{BASE}/"}}],
"hubs": [{{"type": "WebSub", "url": "{HUB}"}}], "_tintinh": {{"about": "{BASE}/docs"}},
"next_url": "{BASE}/feeds/province/vinh-long/archive/2026-11-1.json",
"items": [
{{"id": "{TAG}story/s2", "url": "https://bao2.example/cau-2.html", "title": "Khánh thành cầu số 2",
"content_html": "<p>Cầu số 2 &amp; đường dẫn.</p>", "summary": "Cầu số 2",
"date_published": "2026-11-21T08:30:00+07:00", "date_modified": "2026-11-22T01:02:00+00:00",
"authors": [{{"name": "Thu Hà"}}], "tags": ["Y tế", "Vĩnh Long"], "language": "vi",
"attachments": [{{"url": "https://bao2.example/a.pdf", "mime_type": "application/pdf", "size_in_bytes": 12}}],
"_tintinh": {{"revision": 1}}}},
{{"id": "{TAG}story/s1", "url": "https://bao1.example/mua.html", "title": "Mưa lớn",
"content_html": "<p>Mưa.</p>", "authors": [{{"name": "Báo Một"}}]}}
]}}
"""

OPML = f"""<?xml version='1.0' encoding='UTF-8'?>
<opml version="2.0"><head><title>Tin Tỉnh – các kênh</title>
<dateModified>Sun, 22 Nov 2026 01:05:00 +0000</dateModified><docs>http://opml.org/spec2.opml</docs></head>
<body><outline text="Tỉnh, thành" title="Tỉnh, thành">
<outline type="rss" text="Vĩnh Long" title="Vĩnh Long" description="Tin" language="vi" version="RSS"
 xmlUrl="{BASE}/feeds/province/vinh-long.rss" htmlUrl="{PAGE}"/>
<outline type="link" text="Trang" title="Trang" url="{BASE}/"/></outline></body></opml>
"""
