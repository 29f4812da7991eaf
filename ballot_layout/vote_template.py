"""A vote.toml to fill in, explained in the office's language."""

from __future__ import annotations

_TEMPLATE = """\
# Tệp mô tả một cuộc lấy phiếu tín nhiệm. Dòng bắt đầu bằng dấu # là lời giải thích.
# Sửa phần trong dấu ngoặc kép, lưu lại (mã UTF-8), rồi chạy:  kiemphieu check <thư mục này>
# Chữ Việt gõ kiểu Unicode dựng sẵn (mặc định của UniKey, EVKey và các hệ điều hành hiện nay).

format = 1                        # phiên bản của tệp này; không sửa

[vote]
# Mã của cuộc lấy phiếu: chữ thường không dấu a-z, số 0-9 và dấu gạch nối; tối đa 32 ký tự.
# Không dùng lại mã này cho cuộc lấy phiếu khác.
id = "{vote_id}"
# Cơ quan tổ chức và cơ quan cấp trên, in ở góc trên bên trái (chương trình tự viết hoa).
# Con dấu treo đóng trùm lên tên cơ quan. Không có cơ quan cấp trên thì để trống "".
body = "Ban Dân tộc tỉnh Khánh Hòa"
parent_body = "UBND tỉnh Khánh Hòa"
# Tên phiếu và dòng trích yếu dưới tên phiếu.
title = "Phiếu tín nhiệm"
subject = "Đối với chức danh, chức vụ lãnh đạo, quản lý"
# Địa danh và ngày lấy phiếu (năm-tháng-ngày, không có dấu ngoặc kép).
place = "Khánh Hòa"
date = 2023-07-20
# Bộ quy tắc kiểm phiếu: "qd96" (Quy định 96-QĐ/TW), "nq96" (Nghị quyết 96/2023/QH15), "nq85", "nq35",
# "qd262", "bo_phieu" (bỏ phiếu tín nhiệm), "bt2009" (bổ nhiệm), hoặc tên một tệp .toml của riêng cơ quan
# đặt trong thư mục này.
rules = "qd96"

# Số người được triệu tập và có mặt. Bỏ dấu # ở ba dòng dưới khi đã có số liệu.
# [attendance]
# summoned = 24                   # được triệu tập
# present = 23                    # có mặt
# delegates = 24                  # tổng số đại biểu, chỉ khi quy tắc tính theo tổng số đại biểu

# Những điểm quy định còn để ngỏ do ban kiểm phiếu quyết định. Bỏ dấu # ở dòng cần dùng.
# [rules]
# line_fault = "line"             # không đánh dấu, đánh nhiều ô: hỏng dòng "line" hay cả phiếu "ballot"
# other_mark = "review"           # dấu khác X: xem xét "review", chấp nhận "accept", bác bỏ "reject"
# seal = "review"                 # thiếu dấu treo: bỏ qua "ignore", xem xét "review", bắt buộc "require"
# base = "returned"               # tính tỷ lệ trên: phiếu thu về "returned", phiếu hợp lệ "valid",
#                                 # tổng số đại biểu "delegates", "summoned", "present"
# copies = 3                      # số bản biên bản
# publication = "confidential"    # biên bản mật "confidential" hay công khai "public"
# quorum = "2/3"                  # số người có mặt tối thiểu
# over_half_low = "> 1/2"         # các ngưỡng
# two_thirds_low = ">= 2/3"

# Người được lấy phiếu, theo thứ tự in trên phiếu; mỗi người một khối [[official]], tối đa 60 người.
# id là mã riêng của từng người (a-z, 0-9, dấu gạch nối).
[[official]]
id = "o1"
name = "Nguyễn Văn A"
position = "Trưởng ban"

[[official]]
id = "o2"
name = "Trần Thị B"
position = "Phó Trưởng ban"
# Khi cần, ghi thêm cho từng người (bỏ dấu # ở đầu dòng):
# appointed = 2021-03-15          # ngày được bổ nhiệm, bầu cử; trong năm lấy phiếu thì không lấy phiếu
# retirement_announced = false    # true: đã có thông báo nghỉ công tác chờ nghỉ hưu, không lấy phiếu
# venues = ["cap_uy", "hdnd"]     # nơi lấy phiếu, tối đa 2, theo thứ tự "cap_uy", "hdnd", "workplace"

# Tên người ký biên bản và số hiệu văn bản; bỏ trống thì chừa dòng chấm để viết tay.
# [committee]
# head = "Lê Thị Hạnh"
# secretary = "Phạm Văn Ba"
# members = ["Đỗ Thị Tư", "Võ Văn Năm"]
# witnesses = ["Hồ Thị Sáu"]        # người giám sát
# [document]
# number = "05/BB-BKP"              # số biên bản
# report_number = "12/BC-BDT"       # số báo cáo
# superior = "Ban Tổ chức Tỉnh ủy"  # nơi nhận báo cáo
# signer = "Trần Văn Bảy"           # người ký báo cáo
# signer_title = "TRƯỞNG BAN"

[print]
paper = "A4"                      # khổ giấy "A4" hoặc "A5", in dọc
duplex = false                    # true: in hai mặt
seal_image = ""                   # tệp ảnh PNG của con dấu; để trống thì chừa chỗ đóng dấu tay
font = ""                         # tệp phông chữ TTF; để trống thì dùng phông có sẵn

# Nhiều loại phiếu trong một cuộc: thêm mỗi nhóm một khối như dưới đây,
# và thêm dòng  group = "mã nhóm"  vào từng khối [[official]].
# [[group]]
# id = "ubnd"
# title = "Các chức danh của Ủy ban nhân dân"
# colour = "trắng"                # màu giấy, để ghi nhớ

# Lấy phiếu để bổ nhiệm, chỉ khi rules = "bt2009". Người được giới thiệu thêm tại hội nghị ghi ở khối
# [[official]] của mình:  added_at_meeting = true  và  in_succession_plan = true  (có trong quy hoạch).
# [appointment]
# kind = "new"                    # bổ nhiệm mới "new", bổ nhiệm lại "reappointment"
# posts = 1                       # số chức vụ cần bổ nhiệm; bổ nhiệm mới phải có nhiều người hơn số này
# meeting = 1                     # 1: hội nghị lấy phiếu; 2 và 3: tập thể lãnh đạo họp lần 2, lần 3

# Quyết định về phiếu cần xem xét phải có hai thành viên ban kiểm phiếu; false: một người là đủ.
# [decisions]
# two_person = true

# Hồ sơ máy quét do kiemphieu calibrate measure lập, chép vào thư mục này; ảnh quét khác hồ sơ được báo ngay.
# [scan]
# profile = "may-quet.json"

# Lưu dữ liệu trên máy chủ PostgreSQL thay cho tệp kiemphieu.db trong thư mục này.
# [store]
# url = "postgresql://tai-khoan@may-chu/kiemphieu"
"""


def vote_template(vote_id: str) -> str:
    """A commented vote.toml for the vote `vote_id`; it reads without problems as it is."""
    return _TEMPLATE.format(vote_id=vote_id)
