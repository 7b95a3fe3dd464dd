# Taken into llama.cpp's own build by `.cargo/config.toml`: the large headers that most of its files read are compiled
# once. Of its speed and of what it does nothing changes.
function(colophon_precompile)
    if(TARGET llama-common)
        target_precompile_headers(llama-common PRIVATE
            "$<$<COMPILE_LANGUAGE:CXX>:${CMAKE_SOURCE_DIR}/common/chat-auto-parser-helpers.h>"
            "$<$<COMPILE_LANGUAGE:CXX>:${CMAKE_SOURCE_DIR}/common/common.h>")
    endif()
    if(TARGET mtmd)
        target_precompile_headers(mtmd PRIVATE
            "$<$<COMPILE_LANGUAGE:CXX>:${CMAKE_SOURCE_DIR}/tools/mtmd/models/models.h>")
    endif()
endfunction()

get_property(colophon_planned GLOBAL PROPERTY COLOPHON_PLANNED)
if(NOT colophon_planned AND PROJECT_NAME STREQUAL "llama.cpp")
    set_property(GLOBAL PROPERTY COLOPHON_PLANNED ON)
    # When all targets are known.
    cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL colophon_precompile)
endif()
