"""Abbreviations and names in all their forms: a list to add to, then raise `search.document.FORM`.

`search.forms` reads questions by it, `search.document` adds to each text the forms that it lacks.
"""

# The first is the shortest, the last the fullest.
SAME = (
    ("ubnd", "ủy ban nhân dân"),
    ("hđnd", "hội đồng nhân dân"),
    ("mttq", "mặt trận tổ quốc"),
    ("ubmttq", "ub mttq", "ủy ban mttq", "ủy ban mặt trận tổ quốc"),
    ("tphcm", "tp hcm", "tp hồ chí minh", "thành phố hồ chí minh"),
    ("tp", "thành phố"),
    ("tw", "trung ương"),
    ("bhxh", "bảo hiểm xã hội"),
    ("bhyt", "bảo hiểm y tế"),
    ("bđbp", "bộ đội biên phòng"),
    ("btv", "ban thường vụ"),
    ("bch", "ban chấp hành"),
    ("gtvt", "giao thông vận tải"),
    ("atgt", "an toàn giao thông"),
    ("attp", "an toàn thực phẩm"),
    ("pccc", "phòng cháy chữa cháy"),
    ("csgt", "cảnh sát giao thông"),
    ("clb", "câu lạc bộ"),
    ("cntt", "công nghệ thông tin"),
    ("đbqh", "đại biểu quốc hội"),
    ("đh", "đại học"),
    ("đhqg", "đh quốc gia", "đại học quốc gia"),
    ("gd đt", "gdđt", "giáo dục và đào tạo"),
    ("gpmb", "giải phóng mặt bằng"),
    ("htx", "hợp tác xã"),
    ("kt xh", "ktxh", "kinh tế xã hội"),
    ("lđlđ", "liên đoàn lao động"),
    ("nn ptnt", "nông nghiệp và phát triển nông thôn"),
    ("tt tt", "tttt", "thông tin và truyền thông"),
    ("ocop", "mỗi xã một sản phẩm"),
    ("ql", "quốc lộ"),
    ("kcn", "khu công nghiệp"),
    ("ntm", "nông thôn mới"),
    ("tand", "tòa án nhân dân"),
    ("vksnd", "viện ksnd", "viện kiểm sát nhân dân"),
    ("thpt", "trung học phổ thông"),
    ("thcs", "trung học cơ sở"),
    ("đbscl", "đồng bằng sông cửu long"),
    ("tngt", "tai nạn giao thông"),
    ("tn mt", "tnmt", "tài nguyên và môi trường"),
    ("nn mt", "nnmt", "nông nghiệp và môi trường"),
    ("kh đt", "khđt", "kế hoạch và đầu tư"),
    ("kh cn", "khcn", "khoa học và công nghệ"),
    ("vh tt dl", "vhttdl", "vhtt dl", "văn hóa thể thao và du lịch"),
    ("lđ tb xh", "lđtbxh", "lđtb xh", "lao động thương binh và xã hội"),
    ("bcđ", "ban chỉ đạo"),
    ("bql", "ban quản lý"),
    ("bđs", "bất động sản"),
    ("bv", "bệnh viện"),
    ("bvđk", "bv đa khoa", "bệnh viện đa khoa"),
    ("cand", "công an nhân dân"),
    ("ccb", "cựu chiến binh"),
    ("cccd", "căn cước công dân"),
    ("csđt", "cảnh sát điều tra"),
    ("hđqt", "hội đồng quản trị"),
    ("lhpn", "liên hiệp phụ nữ"),
    ("lhq", "liên hợp quốc"),
    ("llvt", "lực lượng vũ trang"),
    ("mtqg", "mục tiêu quốc gia"),
    ("nhnn", "ngân hàng nhà nước"),
    ("nhcsxh", "ngân hàng chính sách xã hội"),
    ("nsnd", "nghệ sĩ nhân dân"),
    ("nsưt", "nghệ sĩ ưu tú"),
    ("pctn", "phòng chống tham nhũng"),
    ("pctt", "phòng chống thiên tai"),
    ("qđnd", "quân đội nhân dân"),
    ("qsdđ", "quyền sử dụng đất"),
    ("svđ", "sân vận động"),
    ("tkcn", "tìm kiếm cứu nạn"),
    ("tnhh", "trách nhiệm hữu hạn"),
    ("tnxp", "thanh niên xung phong"),
    ("ttxvn", "thông tấn xã việt nam"),
    ("cqđt", "cơ quan điều tra"),
    ("hđxx", "hội đồng xét xử"),
    ("hlv", "huấn luyện viên"),
    ("tgđ", "tổng giám đốc"),
    ("tbt", "tổng bí thư"),
    ("pgs", "phó giáo sư"),
    ("ubkt", "ủy ban kiểm tra"),
    ("vn", "vietnam", "việt nam"),
    ("ôtô", "ô tô"),
    ("môtô", "mô tô"),
    ("bêtông", "bê tông"),
    ("ximăng", "xi măng"),
    ("campuchia", "cam pu chia"),
    ("bắc kạn", "bắc cạn"),
    ("đắk lắk", "đắc lắc", "đăk lăk", "đăk lắk", "đaklak"),
    ("đắk nông", "đắc nông", "đăk nông"),
    ("kon tum", "kontum"),
    ("pleiku", "plei ku", "plây cu"),
    ("buôn ma thuột", "buôn mê thuột", "ban mê thuột"),
    ("tt huế", "thừa thiên huế"),
    ("br vt", "brvt", "bà rịa vũng tàu"),
)
# Read in questions alone, and in capitals: small, they are other words.
CAPITALS = {"CA": "công an", "GĐ": "giám đốc"}
# Read in questions alone: people type them, papers hardly print them.
TYPED = {"cty": "công ty", "pct": "phó chủ tịch", "pgđ": "phó giám đốc", "tsn": "tân sơn nhất"}
# Places as people shorten them; some mean several. Read so only beside other words, behind everything else.
SHORT_PLACES = {
    "hn": ("hà nội",),
    "sg": ("sài gòn", "tp hcm"),
    "sài gòn": ("tp hcm",),
    "hcm": ("tp hcm",),
    "hp": ("hải phòng",),
    "đn": ("đà nẵng", "đồng nai"),
    "qn": ("quảng nam", "quảng ngãi", "quảng ninh"),
    "qt": ("quảng trị",),
    "qb": ("quảng bình",),
    "đt": ("đồng tháp",),
    "kg": ("kiên giang",),
    "bt": ("bến tre", "bình thuận"),
    "bd": ("bình dương",),
    "bđ": ("bình định",),
    "lđ": ("lâm đồng",),
    "gl": ("gia lai",),
    "vt": ("vũng tàu",),
}
# Words of offices as they are offered: what texts write in other letters or shorter is one of these.
_OFFICES = """
Thủ tướng; Tổng thống; Tổng Bí thư; Bí thư; Chủ tịch; Bộ trưởng; Thứ trưởng; Ngoại trưởng; Quốc vương;
Giám đốc; Chủ nhiệm; Cục trưởng; Chi cục trưởng; Tổng cục trưởng; Vụ trưởng; Trưởng ban; Trưởng phòng;
Trưởng đoàn; Chánh Văn phòng; Chánh án; Chánh Thanh tra; Tổng Thanh tra; Tổng Kiểm toán; Tổng Thư ký;
Viện trưởng; Chỉ huy trưởng; Chính ủy; Tham mưu trưởng; Người phát ngôn; Ủy viên; Đại biểu Quốc hội;
Thường trực; Đội trưởng; Chính phủ; Quốc hội; Bộ Chính trị; Ban Bí thư; Trung ương; Trung ương Đảng;
Đảng ủy; Tỉnh ủy; Thành ủy; Huyện ủy; Quận ủy; Thị ủy; Tỉnh đoàn; Thành đoàn; Ban Thường vụ; Ban Chấp hành;
UBND; HĐND; MTTQ; Ủy ban MTTQ; TAND; VKSND; Công an; CSGT; Bộ đội Biên phòng; BHXH; Tổng cục; Chi cục;
Ngân hàng Nhà nước; Ban Quản lý; Văn phòng; Thanh tra; Ủy ban Kiểm tra; Liên đoàn Lao động;
Liên hiệp Phụ nữ; Liên Hợp Quốc; Tổ chức; Tuyên giáo; Dân vận; Nội chính; Pháp chế; Tham mưu; Y tế; Nội vụ;
Tư pháp; Tài chính; Quốc phòng; Ngoại giao; Công Thương; Du lịch; Bộ Xây dựng; Sở Xây dựng;
Giao thông vận tải; Giáo dục và Đào tạo; Kế hoạch và Đầu tư; Khoa học và Công nghệ;
Tài nguyên và Môi trường; Nông nghiệp và Môi trường; Nông nghiệp và Phát triển nông thôn;
Văn hóa, Thể thao và Du lịch; Văn hóa và Thể thao; Thông tin và Truyền thông;
Lao động, Thương binh và Xã hội; Quy hoạch - Kiến trúc; Văn hóa - Xã hội; Kinh tế - Ngân sách; Thống đốc;
Tối cao; TP; TP.HCM
"""
OFFICES = tuple(map(str.strip, _OFFICES.split(";")))
